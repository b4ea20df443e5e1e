/** How long a chat waits for its agent, in milliseconds. */
export const chatDelays = {
  silentLimit: 600_000,
  probeGrace: 30_000,
  requestLimit: 600_000,
  interruptGrace: 5_000,
  terminateGrace: 3_000,
  killGrace: 3_000,
  stopGrace: 2_000,
};
