"""Counts a text from standard input with tiktoken itself, over the ranks that LiteLLM's package carries."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

found = find_spec("litellm")
if found is None or found.origin is None:
    sys.exit("litellm is not installed")
os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(found.origin).parent / "litellm_core_utils" / "tokenizers")

import tiktoken  # noqa: E402 - it reads the folder's name when it is imported

print(json.dumps({"tokens": len(tiktoken.get_encoding("o200k_base").encode_ordinary(sys.stdin.read()))}))
