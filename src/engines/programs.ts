/** Where script/bootstrap puts gVisor's `runsc`; the engines and `drydock doctor` look there. */
export const RUNSC_PATH = '/usr/local/bin/runsc';

/** Where programs of the system are looked up, whatever this process was given as PATH. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
