"""The differential suite: our prices against genai-prices and LiteLLM, each run in an environment of its own."""
