using System.CommandLine;

namespace Chain.Wallet;

/// <summary>Makes commands whose every way to end is an exit code and, if it went wrong, one sentence.</summary>
internal sealed class CommandKit(WalletHost host, Options options)
{
    public Options Options => options;

    public Command Create(string name, string description, IEnumerable<Symbol> symbols,
        Func<Session, CancellationToken, Task<ExitCode>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Add(option);
            else command.Add((Argument)symbol);
        }

        command.SetAction(async (parsed, cancel) => (int)await RunAsync(parsed, run, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, Func<Session, CancellationToken, Task<ExitCode>> run,
        CancellationToken cancel)
    {
        using var session = new Session(host, options, parsed);
        try
        {
            return await run(session, cancel).ConfigureAwait(false);
        }
        catch (WalletException e)
        {
            return End(session, e.ExitCode, e.Message);
        }
        catch (ClientException e)
        {
            return End(session, WalletException.CodeOf(e), e.Message);
        }
        catch (OperationCanceledException)
        {
            return End(session, ExitCode.Interrupted, "Interrupted.");
        }
        catch (OverflowException)
        {
            return End(session, ExitCode.Usage, "The amounts are larger than 256 bits of wei can hold. Check --value, "
                + "--max-fee, --bump and --gas.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return End(session, ExitCode.Failed, $"{e.Message} (keystore: {session.Folder.Path})");
        }
    }

    private static ExitCode End(Session session, ExitCode code, string message)
    {
        session.Screen.Failure(code, message);
        return code;
    }
}
