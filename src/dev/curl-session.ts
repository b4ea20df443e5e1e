/**
 * The core flow against a running engine, with nothing but curl, to paste into a shell as a whole or line by line.
 * `secret` may be a shell expression.
 */
export function curlSession({ url, secret }: { url: string; secret: string }): string {
  return `ENGINE=${url}
SECRET="X-Replicas-Engine-Secret: ${secret}"
engine() { curl --silent --show-error --header "$SECRET" "$ENGINE$@"; echo; }

# A snapshot: the chats that exist from the first start. Take the id of Claude Code's.
engine /chats
CHAT=$(engine /chats | grep -o '"id":"[^"]*","provider":"claude"' | head -n 1 | cut -d '"' -f 4)
idle() { until engine "/chats/$CHAT" | grep -q '"processing":false'; do sleep 0.5; done; }

# Everything that happens from now on, as it happens.
curl --silent --no-buffer --header "$SECRET" "$ENGINE/events" &

# Ask the agent for something. When it is done, read what it said and did.
engine "/chats/$CHAT/messages" --data '{"message": "Hello from curl"}'
idle
engine "/chats/$CHAT/history?limit=5"

# Ask for something slow, and stop it on the way.
engine "/chats/$CHAT/messages" --data '{"message": "Count down slowly"}'
sleep 3
engine "/chats/$CHAT/interrupt" --request POST
idle

# Stop following when the last news has arrived.
sleep 1
kill $!
`;
}
