/** The health of a login that was just refreshed, as the API tells it. */
export const FRESH = {
  state: 'fresh',
  source: null,
  lastSuccessAt: null,
  lastAttemptAt: null,
  nextAttemptAt: null,
  expiresAt: null,
  consecutiveFailures: 0,
  lastError: null,
};

/** What `GET /token-refresh/health` answers when all is well. */
export const FRESH_LOGINS = { providers: { github: FRESH, claude: FRESH, codex: FRESH } };
