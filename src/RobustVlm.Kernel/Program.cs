using RobustVlm.Kernel.Notebooks;
using RobustVlm.Kernel.Serving;

const string Help = """
    RobustVlm.Kernel: C# for Jupyter notebooks.

      install [--user | --prefix DIR] [--name NAME]   lets VS Code, JupyterLab and others find the kernel
      run NOTEBOOK [options]                          runs a notebook without a frontend; 'run --help' shows the options
      serve CONNECTION_FILE [--parent-pid N]          what frontends start

    """;

switch (args)
{
    case ["install", .. var rest]:
        return InstallCommand.Run(rest);
    case ["serve", .. var rest]:
        return ServeCommand.Run(rest);
    case ["run", .. var rest]:
        return await RunCommand.RunAsync(rest);
    case ["--help" or "-h" or "help", ..]:
        Console.Write(Help);
        return 0;
    case []:
        Console.Error.WriteLine("Say what to do: install, run or serve; --help shows how.");
        return 2;
    default:
        Console.Error.WriteLine($"'{args[0]}' is not known; use install, run or serve (--help shows how).");
        return 2;
}
