module edgex-boot/lab/pause

go 1.24.0
