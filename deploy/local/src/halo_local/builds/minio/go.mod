module halopamor.local/minio

go 1.16

require github.com/minio/minio v0.0.0-20210516060309-ce3d9dc9faa5

replace google.golang.org/grpc => google.golang.org/grpc v1.29.1

replace github.com/modern-go/reflect2 => github.com/modern-go/reflect2 v1.0.2
