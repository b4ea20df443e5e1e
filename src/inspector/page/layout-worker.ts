// The layout library makes a worker of whatever it is loaded into.
import 'elkjs/lib/elk-worker.min.js';
