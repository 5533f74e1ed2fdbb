// Files dropped or chosen: text goes into the prompt, PDF, DOCX and images beside it.
const TEXT = /\.(txt|md|json|jsonl|csv|html?|xml|ya?ml|py|js|ts)$/i;
const DOCUMENT = /\.(pdf|docx)$/i;
const IMAGE = /\.(png|jpe?g|gif|webp)$/i;
export const TAKEN = ".txt,.md,.json,.csv,.html,.xml,.yaml,.yml,.pdf,.docx,.png,.jpg,.jpeg,.gif,.webp";

// What one file becomes: `{ text }`, `{ file }` or `{ fault }`.
export async function opened(file) {
  if (DOCUMENT.test(file.name)) return { file: await packed(file, "documents") };
  if (IMAGE.test(file.name)) return { file: await packed(file, "images") };
  if (TEXT.test(file.name) || file.type.startsWith("text/")) {
    try {
      return { text: new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()) };
    } catch {
      return { fault: `${file.name} is no UTF-8 text.` };
    }
  }
  return { fault: `${file.name} is not taken; text, JSON, PDF, DOCX and images (PNG, JPEG, GIF, WebP) are.` };
}

const packed = (file, field) =>
  new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done({ field, name: file.name, size: file.size, data: reader.result.slice(reader.result.indexOf(",") + 1) });
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
