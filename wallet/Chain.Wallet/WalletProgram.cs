using System.CommandLine;
using Chain.Terminal;

namespace Chain.Wallet;

/// <summary>The <c>wallet</c> program: keys in keystore files, transfers, and what becomes of them.</summary>
public static class WalletProgram
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="host">What the program touches.</param>
    /// <param name="cancel">Ends it early, as Ctrl-C does.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, WalletHost host, CancellationToken cancel = default)
    {
        // An argument that starts with @ is a name, not a file to read arguments from.
        var parsed = Root(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var screen = new Screen(host, args.Contains("--json"));
            screen.Failure(ExitCode.Usage, UsageError.Explain("wallet", parsed));
            return (int)ExitCode.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            Output = host.Output,
            Error = host.Error,
            EnableDefaultExceptionHandler = false,
        };
        return await parsed.InvokeAsync(invocation, cancel).ConfigureAwait(false);
    }

    private static RootCommand Root(WalletHost host)
    {
        var options = new Options();
        var kit = new CommandKit(host, options);
        var root = new RootCommand("Keys, transfers and confirmations on an Ethereum-format chain. Exit codes: 0 done, 1 "
            + "refused, 2 usage, 3 no node, 4 wrong password, 5 unknown account or transfer, 6 time ran out, 7 transfer lost, "
            + "8 transfer may have been accepted, 130 interrupted.")
        {
            options.Rpc,
            options.RpcTimeout,
            options.Keystore,
            options.Json,
            NewCommand.Create(kit),
            ImportCommand.Create(kit),
            ListCommand.Create(kit),
            ExportCommand.Create(kit),
            ContactCommands.Create(kit),
            BalanceCommand.Create(kit),
            SendCommands.Send(kit),
            ReplaceCommands.SpeedUp(kit),
            ReplaceCommands.Cancel(kit),
            ResendCommand.Create(kit),
            HistoryCommand.Create(kit),
            WatchCommand.Create(kit),
            SendCommands.Faucet(kit),
        };
        return root;
    }
}
