/** What the browser was seen to enforce, that the page needs no network, and what it asked for. */
import { ownPolicy } from "../words/own-policy.js";
import { text } from "../words/text.js";
import { byId, setText, whenChanged } from "./dom.js";

export function ownPolicyView() {
  const line = byId("own-policy");
  const counter = byId("requests");
  return whenChanged(
    ({ policies, askedElsewhere, askedOfOwn }) => [policies, askedElsewhere, askedOfOwn],
    (policies, askedElsewhere, askedOfOwn) => {
      setText(line, ownPolicy(policies));
      const counted = [text("requests.elsewhere", { number: askedElsewhere })];
      if (askedOfOwn > 0) counted.push(text("requests.own", { number: askedOfOwn }));
      setText(counter, counted.join(" "));
    },
  );
}
