/** Draws a picture out of a file, within bounds. */
import { count } from "../../words/numbers.js";
import { text } from "../../words/text.js";
import { h } from "../dom.js";
import { pictureSize, pictureType } from "./decode.js";

/** Bytes of a file that is drawn. */
export const PICTURE_MAX = 16 * 1024 * 1024;
/** Points across and down that are drawn. */
const DRAWN_MAX = 4096;
/** Points that a browser is made to unpack: four bytes each. */
const POINTS_MAX = 64 * 1024 * 1024;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<HTMLElement | string>} the picture, or why there is none
 */
export async function drawPicture(bytes) {
  const told = pictureSize(bytes);
  if (!told || told.width < 1 || told.height < 1) return text("files.picture-broken");
  const { width, height } = told;
  const points = { width: count(width), height: count(height) };
  if (width * height > POINTS_MAX) return text("files.picture-too-many", points);
  const scale = Math.min(1, DRAWN_MAX / width, DRAWN_MAX / height);
  const blob = new Blob([bytes], { type: pictureType(bytes) ?? "" });
  const bitmap = await (
    scale < 1
      ? createImageBitmap(blob, {
          resizeWidth: Math.max(1, Math.floor(width * scale)),
          resizeHeight: Math.max(1, Math.floor(height * scale)),
        })
      : createImageBitmap(blob)
  ).catch(() => null);
  if (!bitmap) return text("files.picture-broken");
  const canvas = h("canvas", { width: bitmap.width, height: bitmap.height, role: "img" });
  canvas.ariaLabel = text("files.picture", points);
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
  return h("figure", { class: "files-picture" }, canvas, h("figcaption", {}, canvas.ariaLabel));
}
