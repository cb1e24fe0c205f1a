using System.CommandLine;
using RobustVlm.Experiments.Commands;

var root = new RootCommand("RobustVlm: pictures of the worlds.") { WorldsCommand.Create() };
return await root.Parse(args).InvokeAsync();
