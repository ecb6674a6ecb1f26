using System.CommandLine;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet send</c> and <c>wallet faucet</c>: new transfers.</summary>
internal static class SendCommands
{
    public static Command Send(CommandKit kit)
    {
        var o = kit.Options;
        var to = new Option<string>("--to")
        {
            HelpName = "ACCOUNT",
            Required = true,
            Description = "Who is paid: address, name of an account or contact, or dev:0 to dev:9",
        };
        var value = new Option<string>("--value")
        {
            HelpName = "AMOUNT",
            Required = true,
            Description = "How much, with its unit: 1.5ether, 21gwei, 100wei; or all",
        };
        var data = new Option<string?>("--data") { HelpName = "HEX", Description = "Bytes to send along" };
        Symbol[] symbols = [o.From, to, value, o.Legacy, o.MaxFee, o.PriorityFee, o.MaxTotalFee, o.Nonce, o.Gas, data, o.ChainId,
            o.Yes, o.Again, o.PasswordFile, o.Wait, o.Timeout, o.AttackerShare];
        return kit.Create("send", "Send ether: shows the fee, asks, signs and hands it to the node", symbols,
            async (session, cancel) =>
        {
            var amount = session.Get(value)!;
            var wish = new TransferWish(
                session.Accounts.FindOwn(session.Get(o.From)),
                session.Accounts.FindNamed(session.Get(to)!),
                amount == "all" ? null : Session.Amount(value.Name, amount),
                ReadData(session.Get(data)),
                session.Get(o.Nonce),
                session.Get(o.Gas),
                session.FeeWishes());
            var planned = await session.Planner.PlanAsync(wish, session.Get(o.ChainId), cancel).ConfigureAwait(false);
            var order = new TransferOrder(planned, TransferPurpose.Send,
                FeeCap.For(session.Amount(o.MaxTotalFee), planned.Plan.Value))
            {
                Question = "Send it?",
                HasFixedNonce = wish.Nonce is not null,
                HasChainId = session.Get(o.ChainId) is not null,
                TakesAll = wish.Value is null,
                IsAgain = session.Get(o.Again),
            };
            return await TransferFlow.RunAsync(session, order, cancel).ConfigureAwait(false);
        });
    }

    public static Command Faucet(CommandKit kit)
    {
        var o = kit.Options;
        var account = new Argument<string?>("account")
        {
            HelpName = "ACCOUNT",
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Who gets it: address or name [the keystore's only account]",
        };
        var value = new Option<string>("--value")
        {
            HelpName = "AMOUNT",
            DefaultValueFactory = _ => "10ether",
            Description = "How much",
        };
        return kit.Create("faucet", $"On a local network, get ether from {DevAccounts.Name(DevAccounts.Faucet)}",
            [account, value, o.MaxTotalFee, o.Again, o.Wait, o.Timeout, o.AttackerShare], async (session, cancel) =>
        {
            var wish = new TransferWish(
                session.Accounts.Find(DevAccounts.Name(DevAccounts.Faucet)),
                session.Get(account) is { } text ? session.Accounts.FindNamed(text) : session.Accounts.FindOwn(null),
                Session.Amount(value.Name, session.Get(value)!),
                ReadOnlyMemory<byte>.Empty,
                null,
                null,
                new FeeWishes(false, null, null));
            var planned = await session.Planner.PlanAsync(wish, DevAccounts.ChainId, cancel).ConfigureAwait(false);
            var cap = FeeCap.For(session.Amount(o.MaxTotalFee), planned.Plan.Value);
            return await TransferFlow.RunAsync(session,
                new TransferOrder(planned, TransferPurpose.Faucet, cap) { IsAgain = session.Get(o.Again) },
                cancel).ConfigureAwait(false);
        });
    }

    private static byte[] ReadData(string? text)
    {
        if (text is null) return [];
        try
        {
            return Hex.Decode(text);
        }
        catch (FormatException e)
        {
            throw new WalletException(ExitCode.Usage, $"--data: {e.Message}");
        }
    }
}
