import { render } from "preact";
import { App } from "./app";
import { showTheme } from "./session";
import "./style.css";

showTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);
