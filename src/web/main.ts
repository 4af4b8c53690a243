import 'tdesign-vue-next/es/style/index.css'
import './styles.css'
import { createApp } from 'vue'
import App from './App.vue'
import { followColorScheme } from './shared/followColorScheme.ts'

followColorScheme(document.documentElement, window.matchMedia('(prefers-color-scheme: dark)'))
createApp(App).mount('#app')
