/** A stored report without its pictures and folds of pictures, as it is printed. */
export function withoutPictures(report: string): string {
  return report
    .replace(/!\[[^\n]*\n\n[^\n]*\n\n/g, "")
    .replace(/<details>\n<summary>[^\n]*<\/summary>\n\n<\/details>\n\n/g, "");
}
