import { config } from 'zod';

// The page's policy forbids code made from text, which zod would try first.
config({ jitless: true });
