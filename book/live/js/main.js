// The script of pages with live boxes. build.py adds the parts of the page that exist:
// box.js, cell.js and progress.js.
import "./engine.js";
