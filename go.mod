module github.com/zolal-im/zolal

go 1.26
