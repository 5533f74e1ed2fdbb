// Line, step and bar charts by uPlot, in the page's colours, redrawn when these or the width change.
import uPlot from "../vendor/uplot/uplot.js";
import { html, useEffect, useRef } from "./view.js";

const HEIGHT = 200;
const FONT = "12px system-ui, sans-serif";
export const steps = uPlot.paths.stepped({ align: 1 });
export const columns = uPlot.paths.bars({ size: [0.95, 60], align: 1 }); // each begins at its x
export const centred = uPlot.paths.bars({ size: [0.8, 60] });

// `series`: [{ label, colour (a custom property), paths, dash, points }]; `told` is what a reader hears in place of the picture.
export function Chart({ data, series, told, time = false, x = String, y = String, height = HEIGHT, marks = [], zero = true, range = null }) {
  const place = useRef(null);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const frame = place.current;
    let plot = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(frame, { series, time, x, y, height, marks, zero, range }), data, frame);
    };
    const fit = new ResizeObserver(() => {
      if (plot.width !== frame.clientWidth && frame.clientWidth > 0) plot.setSize({ width: frame.clientWidth, height });
    });
    draw();
    fit.observe(frame);
    dark.addEventListener("change", draw);
    return () => {
      fit.disconnect();
      dark.removeEventListener("change", draw);
      plot.destroy();
    };
  }, [JSON.stringify(data), JSON.stringify(marks), height]);
  return html`<div class="chart" role="img" aria-label=${told}><div ref=${place}></div></div>`;
}

function options(place, { series, time, x, y, height, marks, zero, range }) {
  const style = getComputedStyle(place);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--muted"), font: FONT, grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  return {
    width: Math.max(160, place.clientWidth),
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: range ? { time, range } : { time }, y: zero ? { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] } : {} },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(x), space: 95 },
      { ...axis, values: (_, ticks) => ticks.map(y), size: 62 },
    ],
    series: [
      {},
      ...series.map((each) => ({
        label: each.label, stroke: colour(each.colour), width: 2, paths: each.paths, dash: each.dash, points: { show: Boolean(each.points), size: 9, fill: colour(each.colour) },
        fill: each.fill ? colour(each.fill) : undefined, spanGaps: Boolean(each.joined),
      })),
    ],
    hooks: { draw: [(plot) => marks.forEach((mark) => drawMark(plot, mark, colour))] },
  };
}

// An upright line with its words, as for today.
function drawMark(plot, { at, label, colour: name = "--muted" }, colour) {
  const left = Math.round(plot.valToPos(at, "x", true));
  const { ctx, bbox } = plot;
  if (!(left >= bbox.left && left <= bbox.left + bbox.width)) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour(name);
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(left, bbox.top);
  ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  const right = left > bbox.left + bbox.width * 0.7;
  ctx.textAlign = right ? "right" : "left";
  ctx.fillText(label, left + (right ? -6 : 6) * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
  ctx.restore();
}
