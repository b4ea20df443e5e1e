import type { CredentialBoard } from '../actors/credential-board.ts';
import type { CredentialHealth, CredentialProvider, TokenRefreshHealth } from '../contract/credentials.ts';
import { EngineError } from '../errors.ts';
import type { Directory } from './directory.ts';

export interface CredentialCommandsOptions {
  board: CredentialBoard;
  directory: Directory;
  isStopping(): boolean;
}

/** What HTTP may ask of credentials. */
export class CredentialCommands {
  readonly #options: CredentialCommandsOptions;

  constructor(options: CredentialCommandsOptions) {
    this.#options = options;
  }

  health(): TokenRefreshHealth {
    return this.#options.board.health();
  }

  /** @throws {EngineError} `SHUTTING_DOWN`. */
  async refresh(provider: CredentialProvider): Promise<CredentialHealth & { provider: CredentialProvider }> {
    const { board, directory } = this.#options;
    if (this.#options.isStopping()) throw new EngineError('SHUTTING_DOWN');
    board.request(provider, { reason: 'manual' });
    return directory.committed({ provider, ...board.health().providers[provider] });
  }
}
