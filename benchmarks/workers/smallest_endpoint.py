"""The smallest FastAPI server that validates the body of /v1/cost and answers one Decimal: the row's yardstick."""

import sys
from decimal import Decimal
from typing import Final

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

INPUT: Final = Decimal("0.25") / 1_000_000
OUTPUT: Final = Decimal(2) / 1_000_000


class Usage(BaseModel):
    """The nineteen buckets."""

    model_config = ConfigDict(extra="forbid")

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    input_audio_tokens: int = 0
    output_audio_tokens: int = 0
    input_image_tokens: int = 0
    output_image_tokens: int = 0
    input_video_tokens: int = 0
    cache_audio_read_tokens: int = 0
    cache_image_read_tokens: int = 0
    web_search_calls: int = 0
    requests: int = 1
    output_images: int = 0
    audio_seconds: Decimal = Decimal(0)
    video_seconds: Decimal = Decimal(0)
    cache_storage_token_hours: Decimal = Decimal(0)


class Question(BaseModel):
    """The body of /v1/cost."""

    model_config = ConfigDict(extra="forbid")

    model: str
    provider: str | None = None
    usage: Usage
    service_tier: str | None = None
    region: str | None = None
    as_of: str | None = None


class Answer(BaseModel):
    """One Decimal."""

    total_usd: Decimal


app = FastAPI()


@app.post("/v1/cost")
async def cost(question: Question) -> Answer:
    """Two products and a sum."""
    return Answer(total_usd=question.usage.input_tokens * INPUT + question.usage.output_tokens * OUTPUT)


@app.get("/healthz")
async def healthz() -> str:
    """Whether it answers."""
    return "ok"


if __name__ == "__main__":
    uvicorn.run(
        app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning", access_log=False, workers=1
    )
