module github.com/zolal-im/zolal

go 1.26

require google.golang.org/protobuf v1.36.12

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/ws v1.5.0 // indirect
)
