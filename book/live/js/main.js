// The script of pages with live boxes. build.py adds the other parts of the page, as far as they
// exist: box.js, cell.js and progress.js.
import * as engine from "./engine.js";

window.LiveEngine = engine; // for tests and for a look at it in the console
