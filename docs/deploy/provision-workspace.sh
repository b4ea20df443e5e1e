#!/bin/sh
# Prepares the home of a workspace before its engine starts; run again, it changes nothing that is there.
# REPOSITORIES: "<name>=<url> <name>=": without a URL the folder is made empty.
set -eu
umask 077
git config --global user.name "$GIT_USER_NAME"
git config --global user.email "$GIT_USER_EMAIL"
git config --global credential.helper store
if [ -n "${GITHUB_TOKEN:-}" ] && [ ! -e "$HOME/.git-credentials" ]; then
  printf 'https://x-access-token:%s@github.com\n' "$GITHUB_TOKEN" >"$HOME/.git-credentials"
fi
umask 022
mkdir -p "$HOME/workspaces"
for repository in ${REPOSITORIES:-}; do
  folder="$HOME/workspaces/${repository%%=*}"
  url=${repository#*=}
  if [ -d "$folder" ]; then continue; fi
  if [ -n "$url" ]; then git clone --quiet "$url" "$folder"; else mkdir "$folder"; fi
done
