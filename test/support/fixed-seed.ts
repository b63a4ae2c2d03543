import fc from 'fast-check';

/** One seed for all, so that a run fails for what changed; FUZZ_SEED=$RANDOM looks further. Imported for what it does. */
fc.configureGlobal({ seed: Number(process.env['FUZZ_SEED'] ?? 20_261_121) });
