using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Peers.Torch;

// Started by dsc-peers alone, which gives the name of the contender for people who look at the list of processes.
return ContenderLoop.Run(Console.In, Console.Out, setup => new TorchContender(setup));
