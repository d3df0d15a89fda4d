// The script of pages with live boxes.
import "./box.js";
import "./cell.js";
import "./progress.js";
import * as engine from "./engine.js";

window.LiveEngine = engine; // for tests, and to be tried in the console
