using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rpc.Client;
using Chain.Terminal;
using Chain.Testnet;
using Chain.Transfers;
using Spectre.Console;

namespace Chain.Rules.Stake;

/// <summary>`chain validator deposit`: turns ether into stake.</summary>
internal static class ValidatorDepositCommand
{
    private const string KeyVariable = "CHAIN_PRIVATE_KEY";
    private const string DefaultAmount = "32";
    private const int LongestKeyFile = 64 * 1024;
    private static readonly Option<bool> New = new("--new")
    {
        Description = "Draw a new key into the key folder and deposit for it",
    };
    private static readonly Option<string?> Key = new("--key")
    {
        Description = "Which key of the folder, by the beginning of its name; needed where there are several",
    };
    private static readonly Option<bool> Renew = new("--renew")
    {
        Description = "Announce the next RANDAO hash onion of a validator that there is, before its present one ends",
    };
    private static readonly Option<string?> AmountText = new("--amount")
    {
        Description = "How much, in ether [32; with --renew the least that the contract takes]",
    };
    private static readonly Option<string?> Withdrawal = new("--withdrawal")
    {
        Description = "The address that gets the stake in the end; it can never be changed. Needed for a new validator",
    };
    private static readonly Option<string?> From = new("--from")
    {
        Description = $"dev:0 to dev:9, a development account, pays [else the key in --key-file, else the one in {KeyVariable}]",
    };
    private static readonly Option<FileInfo?> KeyFile = new("--key-file")
    {
        Description = "A file with the private key of who pays, 64 hex digits",
    };
    private static readonly Option<string?> MaxTotalFee = new("--max-total-fee")
    {
        HelpName = "AMOUNT",
        Description =
            "Allow the whole fee to become this much, such as 2ether [the amount, at least 0.01ether and at most 1ether]",
    };
    private static readonly Option<string?> Contract = new("--contract")
    {
        HelpName = "ADDRESS",
        Description = "The deposit contract that you expect; needed where the node names another than the usual one",
    };
    private static readonly Option<bool> Again = new("--again")
    {
        Description = "Deposit again, although an earlier deposit of the same amount may have been accepted",
    };
    private static readonly Option<bool> NoWait = new("--no-wait")
    {
        Description = "Do not wait for the block that takes the deposit",
    };
    private static readonly Option<string> Timeout = new("--timeout")
    {
        HelpName = "TIME",
        Description = "Stop waiting after this, such as 90s or 5m",
        DefaultValueFactory = _ => "2m",
    };

    public static Command Create(CommandGuard guard)
    {
        var command = new Command("deposit",
            "Send a deposit: a new validator, more stake for one that there is, or the announcement of its next RANDAO onion")
        {
            New, Key, Renew, AmountText, Withdrawal, From, KeyFile, MaxTotalFee, Contract, Again, NoWait, Timeout,
            ValidatorSession.Data, ValidatorSession.Keys, ValidatorSession.Rpc, ValidatorSession.Yes, ValidatorSession.Json,
        };
        command.SetAction((parsed, cancellation) => guard(parsed, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(New) && parsed.GetValue(Renew))
            throw new UsageException("--new and --renew exclude each other: a new key's first onion is announced by its first "
                + "deposit.");
        var limit = Durations.Parse(parsed.GetValue(Timeout)!, allowNegative: false);
        var payer = Payer(parsed);
        var folder = ValidatorSession.KeyFolder(parsed);
        using var node = ValidatorSession.Connect(parsed);
        var registry = await ValidatorSession.ValidatorsAsync(node, cancellation);
        var (layers, least) = (registry.Deposits.RandaoOnionLayers, registry.Deposits.MinGwei);
        var gwei = parsed.GetValue(AmountText) is { } text
            ? ParseGwei(text)
            : parsed.GetValue(Renew)
            ? least
            : ParseGwei(DefaultAmount);
        var (chainId, genesis) = await ValidatorSession.IdentityAsync(node, cancellation);
        var chosen = parsed.GetValue(New) ? null : Choose(folder, parsed.GetValue(Key));
        var validator = chosen is null ? null : registry.Find(ValidatorKeys.NameOf(chosen.Key));
        var withdrawal = WithdrawalAddress(parsed, validator);
        var renewed = parsed.GetValue(Renew) ? OnionRenewal.NextCommitment(chosen!, validator, layers) : (Hash256?)null;
        var (contract, value) = (registry.Deposits.Address, (UInt256)gwei * 1_000_000_000);
        DoubtRules(parsed, contract, gwei, isAsked: parsed.GetValue(AmountText) is not null);
        using var sender = new DepositSender(parsed, node.Url, payer.Address, new ChainIdentity(chainId, genesis),
            parsed.GetValue(Again));
        var twin = await sender.RaiseDoubtsAsync(contract, value, cancellation);
        ValidatorSession.Confirm(parsed, $"{gwei / 1e9:0.#########} ether of {payer.Address} go to the deposit contract "
            + $"{contract} on chain {chainId} and become stake, which goes to {withdrawal} when the validator leaves. Send "
            + "the deposit?");
        using var turn = await sender.LockAsync(cancellation);
        var nonce = await sender.TakeTurnAsync(contract, value, twin, cancellation);
        var secret = chosen ?? Draw(parsed, folder, genesis);
        var commitment = renewed ?? OnionRenewal.LatestCommitment(validator) ?? secret.Commitment(layers);
        var call = DepositCall.Sign(secret.PrivateKey, commitment, withdrawal, new StakeDomain(genesis));
        var deposit = new DepositTransaction(node, payer, contract, value, call.Encode());
        void Insist(TransferDoubt? doubt) => ValidatorSession.Insist(parsed, doubt);
        var report = await deposit.SendAsync(sender.Account, sender.Eth, nonce, MaxFee(parsed), Insist, cancellation);
        turn.Dispose();
        var name = ValidatorKeys.NameOf(secret.Key);
        var document = new JsonObject
        {
            ["hash"] = report.Hash.ToString(),
            ["publicKey"] = "0x" + name,
            ["gwei"] = gwei,
            ["withdrawalAddress"] = withdrawal.ToString(),
            ["outcome"] = "sent",
        };
        if (!report.HasArrived) return DepositSender.Fail(parsed, report, document);
        return parsed.GetValue(NoWait)
            ? ValidatorSession.Tell(parsed, document,
                $"Sent as {report.Hash}, for key {name}. Once the deposit is in a block the validator is in `chain validator "
                + "list`; a node that is to act for a new key must be restarted.")
            : await FollowAsync(parsed, deposit, report.Hash, limit, document, name, cancellation);
    }

    // The node names whom the ether goes to, and with --renew how much: a node that lies would name itself.
    private static void DoubtRules(ParseResult parsed, Address contract, ulong gwei, bool isAsked)
    {
        var usual = new ProofOfStakeSettings();
        if (parsed.GetValue(Contract) is { } text)
        {
            if (!Address.TryParse(text, out var expected)) throw new UsageException($"--contract '{text}' is not an address "
                + "(40 hex digits; mixed case must match its EIP-55 checksum).");
            if (expected != contract) throw new TestnetException($"The node says that the deposit contract is {contract}, not "
                + $"{expected}. Nothing was signed.");
        }
        else if (contract != usual.DepositAddress)
        {
            ValidatorSession.Insist(parsed, new TransferDoubt($"The node says that the deposit contract is {contract}; "
                + $"usually it is {usual.DepositAddress}. Ether that is sent to another address is lost.",
                $"If the chain's genesis says so too, give --contract {contract}."));
        }

        if (!isAsked && parsed.GetValue(Renew) && gwei > usual.MinDepositGwei)
            ValidatorSession.Insist(parsed, new TransferDoubt($"The node says that the least deposit is "
                + $"{gwei / 1e9:0.#########} ether; usually it is {usual.MinDepositGwei / 1e9:0.#########} ether.",
                "If it is meant, give it with --amount."));
    }

    /// <summary>
    /// Waits for the deposit's block and says how it ended; one that failed in its block is refused with the reason.
    /// </summary>
    private static async Task<int> FollowAsync(ParseResult parsed, DepositTransaction deposit, Hash256 hash, TimeSpan limit,
        JsonObject document, string name, CancellationToken cancellation)
    {
        Task<DepositReceipt> Wait() => deposit.WaitAsync(hash, limit, cancellation);
        ProgramConsole.Errors.MarkupLine($"Sent as {hash}");
        DepositReceipt receipt;
        try
        {
            receipt = parsed.GetValue(ValidatorSession.Json) ? await Wait()
                : await ProgramConsole.Errors.Status().StartAsync("waiting for its block", _ => Wait());
        }
        catch (Exception e) when (e is NoNodeException or RefusedCallException or ClientException or OperationCanceledException)
        {
            return DepositSender.LostSight(parsed, hash, e, document);
        }

        var number = receipt.BlockNumber;
        document["outcome"] = receipt.Succeeded ? "included" : "failed";
        document["blockNumber"] = number;
        document["blockHash"] = receipt.BlockHash.ToString();
        if (!receipt.Succeeded)
        {
            var reason = await deposit.WhyFailedAsync(receipt, cancellation);
            document["reason"] = reason;
            if (parsed.GetValue(ValidatorSession.Json)) JsonOutput.Print(document);
            throw new TestnetException($"The deposit failed in block {number} (status 0): {reason}. Nothing was staked; only "
                + $"the fee was paid.");
        }

        return ValidatorSession.Tell(parsed, document,
            $"In block {number}: {(ulong)document["gwei"]! / 1e9:0.#########} ether are stake of key {name}. See it in `chain "
                + $"validator list`; a node that is to act for a new key must be restarted.");
    }

    // A validator keeps the address it began with, whatever later deposits say.
    private static Address WithdrawalAddress(ParseResult parsed, RegisteredValidator? validator)
    {
        if (parsed.GetValue(Withdrawal) is not { } text)
            return validator?.WithdrawalAddress
                ?? throw new UsageException("Say with --withdrawal which address gets the stake in the end; it can never be "
                + "changed.");
        return Address.TryParse(text, out var withdrawal)
            ? withdrawal
            : throw new UsageException($"--withdrawal '{text}' is not an address (40 hex digits; mixed case must match its "
                + $"EIP-55 checksum).");
    }

    private static ValidatorSecret Draw(ParseResult parsed, string folder, Hash256 genesis)
    {
        if (parsed.GetValue(ValidatorSession.Data) is not { } data)
            throw new UsageException("--new needs --data: the new key is made known to that node's signing history.");
        if (!ValidatorKeys.Create(folder).IsOk(out var secret, out var error)) throw new TestnetException(error);
        using var history = SigningHistory.Open(Path.Combine(data.FullName, SigningHistory.FileName), genesis);
        history.RegisterNew(secret.Key);
        return secret;
    }

    private static ValidatorSecret Choose(string folder, string? prefix)
    {
        var fitting = ValidatorSession.LoadKeys(folder)
            .Where(secret => ValidatorKeys.NameOf(secret.Key).StartsWith(prefix ?? "", StringComparison.Ordinal)).ToList();
        return fitting.Count switch
        {
            1 => fitting[0],
            0 => throw new TestnetException($"{folder} holds no key{(prefix is null ? "" : $" that begins with {prefix}")}. "
                + $"Draw one with --new, or name another folder."),
            _ => throw new TestnetException($"{folder} holds {fitting.Count} "
                + $"keys{(prefix is null ? "" : $" that begin with {prefix}")}. Say which with --key, or draw another with "
                    + $"--new."),
        };
    }

    private static PrivateKey Payer(ParseResult parsed)
    {
        if (parsed.GetValue(From) is { } name)
            return DevelopmentAccounts.Find(name)
                ?? throw new UsageException($"--from '{name}' is none of dev:0 to dev:9. Another account's key comes from "
                    + $"--key-file or {KeyVariable}.");
        var (text, where) = parsed.GetValue(KeyFile) is { } file
            ? (SmallFile.ReadText(file.FullName, LongestKeyFile), file.FullName)
            : (Environment.GetEnvironmentVariable(KeyVariable), KeyVariable);
        if (text is null)
            throw new UsageException($"Nobody pays: name a development account with --from, or give a private key with "
                + $"--key-file or {KeyVariable}.");
        var secret = new byte[PrivateKey.Size];
        return Hex.TryDecode(text.Trim(), secret, out var written) && written == PrivateKey.Size
            && PrivateKey.TryCreate(secret, out var key)
            ? key
            : throw new TestnetException($"{where} is not 64 hex digits of a valid secret.");
    }

    private static UInt256? MaxFee(ParseResult parsed) =>
        parsed.GetValue(MaxTotalFee) is not { } text ? null
        : Amount.Parse(text).IsOk(out var wei, out var error) ? wei
        : throw new UsageException($"--max-total-fee: {error.Message}");

    private static ulong ParseGwei(string text)
    {
        var number = text.EndsWith("ether", StringComparison.Ordinal) ? text[..^5] : text;
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ether)
            && ether is > 0 and < 1_000_000_000 && decimal.IsInteger(ether * 1_000_000_000m)
            ? (ulong)(ether * 1_000_000_000m)
            : throw new UsageException($"--amount '{text}' is not an amount of ether with at most nine decimals; write 32 or "
                + $"1.5.");
    }
}
