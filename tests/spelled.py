"""One conversation, with a system prompt, a tool, its call and result and an answer's schema, in every shape."""

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ARGUMENTS = '{"city": "Kiel"}'
CHAT_TOOL = {"type": "function", "function": {"name": "weather", "description": "Weather", "parameters": SCHEMA}}
ANSWER = {"type": "json_schema", "json_schema": {"name": "report", "schema": SCHEMA, "strict": True}}
OPENAI_CHAT = {
    "model": "m",
    "temperature": 0,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Weather in Kiel?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "weather", "arguments": ARGUMENTS}},
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "Rain"},
    ],
    "tools": [CHAT_TOOL],
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "response_format": ANSWER,
}
SPELLED = {
    "openai_chat": OPENAI_CHAT,
    "mistral": OPENAI_CHAT | {"random_seed": 7},
    "openai_responses": {
        "model": "m",
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "Weather in Kiel?"}]},
            {"type": "function_call", "call_id": "1", "name": "weather", "arguments": ARGUMENTS},
            {"type": "function_call_output", "call_id": "1", "output": "Rain"},
        ],
        "tools": [{"type": "function", "name": "weather", "description": "Weather", "parameters": SCHEMA}],
        "tool_choice": {"type": "function", "name": "weather"},
        "text": {"format": {"type": "json_schema", "name": "report", "schema": SCHEMA}, "verbosity": "low"},
        "store": False,
    },
    "anthropic": {
        "model": "m",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "Weather in Kiel?"},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Kiel"}}],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "Rain"}]},
        ],
        "tools": [{"name": "weather", "description": "Weather", "input_schema": SCHEMA}],
        "tool_choice": {"type": "tool", "name": "weather"},
        "output_config": {"format": {"type": "json_schema", "name": "report", "schema": SCHEMA}},
    },
    "gemini": {
        "system_instruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Weather in Kiel?"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "1", "name": "weather", "args": {"city": "Kiel"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"is": "Rain"}}}]},
        ],
        "tools": [{"function_declarations": [{"name": "weather", "description": "Weather", "parameters": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
        "generationConfig": {"temperature": 0, "responseSchema": SCHEMA},
        "safetySettings": [],
    },
}
