complete --keep-order --exclusive --command pipehat --arguments "(PIPEHAT_COMPLETE=fish pipehat -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
