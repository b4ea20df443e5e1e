/**
 * The core flow against a running engine, with nothing but curl, to paste into a shell as a whole or line by line.
 * `secret` may be a shell expression.
 */
export function curlSession({ url, secret }: { url: string; secret: string }): string {
  return `ENGINE=${url}
SECRET="X-Replicas-Engine-Secret: ${secret}"
engine() { curl --silent --show-error --header "$SECRET" "$ENGINE$@"; echo; }

# The workspace is ready when its start hooks have run; messages that come earlier wait.
until engine /status | grep -q '"boot":{"state":"ready"'; do sleep 0.5; done

# A snapshot: the chats that exist from the first start, one of each agent. Take their ids.
engine /chats
chat_of() { engine /chats | grep -o "\\"id\\":\\"[^\\"]*\\",\\"provider\\":\\"$1\\"" | head -n 1 | cut -d '"' -f 4; }
CLAUDE=$(chat_of claude) CODEX=$(chat_of codex)
idle() { until engine "/chats/$1" | grep -q '"processing":false'; do sleep 0.5; done; }

# Everything that happens from now on, as it happens.
curl --silent --no-buffer --header "$SECRET" "$ENGINE/events" &

# Ask an agent for something. When it is done, read what it said and did. Then ask the other one.
engine "/chats/$CLAUDE/messages" --data '{"message": "Hello from curl"}'
idle "$CLAUDE"
engine "/chats/$CLAUDE/history?limit=5"
engine "/chats/$CODEX/messages" --data '{"message": "Hello Codex"}'
idle "$CODEX"
engine "/chats/$CODEX/history?limit=5"

# Ask for something slow, and stop it on the way.
engine "/chats/$CLAUDE/messages" --data '{"message": "Count down slowly"}'
sleep 3
engine "/chats/$CLAUDE/interrupt" --request POST
idle "$CLAUDE"

# Stop following when the last news has arrived.
sleep 1
kill $!
`;
}
