/** Sets TDesign's `theme-mode` on the root element to what the person's system prefers, now and whenever that changes. */
export function followColorScheme(root: HTMLElement, prefersDark: MediaQueryList): void {
  const apply = () => root.setAttribute('theme-mode', prefersDark.matches ? 'dark' : 'light')
  prefersDark.addEventListener('change', apply)
  apply()
}
