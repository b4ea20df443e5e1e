#!/bin/sh
# Waits until no chat is at work, at most $1 seconds: SIGTERM after that ends what still runs as interrupted.
deadline=$(($(date +%s) + ${1:-600}))
url="http://127.0.0.1:${PORT:-3737}/status"
until [ "$(date +%s)" -ge "$deadline" ]; do
  status=$(curl --silent --fail --header "X-Replicas-Engine-Secret: $REPLICAS_ENGINE_SECRET" "$url") || exit 0
  case $status in *'"chatsProcessing":0'*) exit 0 ;; esac
  sleep 1
done
