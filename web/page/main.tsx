/** The page. */
import { render } from "preact";

const place = document.getElementById("page");
if (place !== null) render(<h1>dpamt</h1>, place);
