/** What the browser was seen to enforce, and that the page needs no network. */
import { ownPolicy } from "../words/own-policy.js";
import { byId, setText, whenChanged } from "./dom.js";

export function ownPolicyView() {
  const line = byId("own-policy");
  return whenChanged(
    ({ policies }) => [policies],
    (policies) => setText(line, ownPolicy(policies)),
  );
}
