from guangfu.cli import main

main()
