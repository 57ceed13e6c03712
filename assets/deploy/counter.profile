[Appearance]
Font=Noto Sans Mono,20,-1,5,50,0,0,0,0,0
WordMode=true
WordModeAttr=false
WordModeBrahmic=true

[Cursor Options]
CursorShape=2

[General]
Name=counter
Parent=FALLBACK/
ShowTerminalSizeHint=false

[Scrolling]
HistoryMode=0
ScrollBarPosition=2

[Terminal Features]
BlinkingCursorEnabled=false
BlinkingTextEnabled=false
BidiRenderingEnabled=false
MouseWheelZoomEnabled=false
UrlHintsModifiers=0
