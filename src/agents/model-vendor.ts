const VENDORS: Readonly<Record<string, string>> = { claude: 'anthropic', codex: 'openai' };

/** Whose models an agent calls, in the words of OpenTelemetry; the name of the agent where that is not known. */
export function modelVendorOf(provider: string): string {
  return VENDORS[provider] ?? provider;
}
