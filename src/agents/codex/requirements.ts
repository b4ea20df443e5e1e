/** What the engine relies on in Codex. */

/** The oldest that the conformance suite passes with, but for servers that begin a new `.codex` together: those need 0.168.0. */
export const OLDEST_CODEX = '0.160.0';

/** Whatever the user's own configuration says. */
export const SETTINGS = [
  'check_for_update_on_startup=false',
  'features.instant_interrupt=false',
  'tools.update_plan.enabled=true',
];

export const METHODS = [
  'thread/start',
  'thread/resume',
  'thread/turns/list',
  'thread/backgroundTerminals/clean',
  'turn/start',
  'turn/steer',
  'turn/interrupt',
  'account/login/start',
  'thread/loaded/list',
];
