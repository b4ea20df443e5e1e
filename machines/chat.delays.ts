/** How long a chat waits for its agent, in milliseconds. */
export const chatDelays = {
  silentLimit: 600_000,
  probeGrace: 30_000,
  requestLimit: 600_000,
};
