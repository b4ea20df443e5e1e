/** What the engine relies on in Codex. */

/** The conformance suite passes with it, see decision 43 in `docs/decisions`. */
export const OLDEST_CODEX = '0.151.0';

/** Whatever the user's own configuration says. */
export const SETTINGS = [
  'check_for_update_on_startup=false',
  'features.instant_interrupt=false',
  'tools.update_plan.enabled=true',
];

export const METHODS = [
  'thread/start',
  'thread/resume',
  'thread/revert',
  'thread/compact/start',
  'skills/list',
  'thread/backgroundTerminals/clean',
  'turn/start',
  'turn/steer',
  'turn/interrupt',
  'account/login/start',
  'thread/loaded/list',
];
