/** Shells that `assay completion` writes a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

type Shell = (typeof SHELLS)[number];

/** First argument of the call that a script makes; the words of the line follow. */
export const COMPLETE_COMMAND = "--get-completions";

/**
 * Returns the completion script of a shell. Each script calls assay with the words of the line, up
 * to the one under the cursor, and reads lines of a word, a tab and its description. Without any
 * line the shell completes file names.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/** Returns the shell of a `SHELL` variable; null if it is not one of {@link SHELLS}. */
export function shellOf(path: string | undefined): Shell | null {
  const name = path?.split("/").at(-1);
  return SHELLS.find((shell) => shell === name) ?? null;
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of assay
# Install: assay completion bash >> ~/.bashrc
_assay_completions() {
  local line word
  COMPREPLY=()
  while IFS= read -r line; do
    word=\${line%%$'\\t'*}
    [[ -n $word ]] && COMPREPLY+=("$word")
  done < <(assay ${COMPLETE_COMMAND} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _assay_completions assay
`,
  zsh: `#compdef assay
# zsh completion of assay
# Install: assay completion zsh > ~/.zfunc/_assay, with fpath+=~/.zfunc before compinit
_assay() {
  local line
  local -a words_found shown
  while IFS= read -r line; do
    words_found+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done < <(assay ${COMPLETE_COMMAND} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#words_found} > 0 )); then
    compadd -l -d shown -a words_found
  else
    _files
  fi
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then
  _assay "$@"
else
  compdef _assay assay
fi
`,
  fish: `# fish completion of assay
# Install: assay completion fish > ~/.config/fish/completions/assay.fish
function __assay_completions
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found (assay ${COMPLETE_COMMAND} $words[2..-1] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c assay -f -a '(__assay_completions)'
`,
};
