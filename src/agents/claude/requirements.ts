/** What the engine relies on in Claude Code. */

/** The conformance suite passes with it, see decision 43 in `docs/decisions`. */
export const OLDEST_CLAUDE = '2.1.285';

export const FLAGS = [
  '-p',
  '--input-format=stream-json',
  '--output-format=stream-json',
  '--verbose',
  '--include-partial-messages',
  '--replay-user-messages',
  '--permission-prompt-tool=stdio',
];

/** What it is asked to do besides messages. */
export const CONTROL_REQUESTS = [
  { subtype: 'initialize' },
  { subtype: 'set_permission_mode', mode: 'default' },
  { subtype: 'apply_flag_settings', settings: {} },
  { subtype: 'set_model', model: 'default' },
  { subtype: 'mcp_status' },
  { subtype: 'reload_skills' },
  { subtype: 'interrupt', cancel_queued: true },
  { subtype: 'get_binary_version' },
];
