using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Transfers;

namespace Chain.Testnet;

/// <summary>How a deposit that is in a block ended.</summary>
public sealed record DepositReceipt(Hash256 Hash, ulong BlockNumber, Hash256 BlockHash, bool Succeeded);

/// <summary>A call of the deposit contract: sends it once, waits for its block, and finds out why it failed.</summary>
/// <param name="node">Where it is sent, and asked for.</param>
/// <param name="payer">Signs and pays.</param>
/// <param name="contract">The deposit contract's address.</param>
/// <param name="value">Wei that become stake.</param>
/// <param name="data">The encoded call.</param>
public sealed class DepositTransaction(NodeClient node, PrivateKey payer, Address contract, UInt256 value, byte[] data)
{
    private const int Reverted = 3;
    private const string RevertedWords = "execution reverted: ";

    private static readonly UInt256 Tip = 1_000_000_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>Signs it, writes it down and hands it over. Call it with the account's lock held.</summary>
    /// <param name="account">The payer's transfers.</param>
    /// <param name="eth">The same node.</param>
    /// <param name="nonce">The nonce it gets.</param>
    /// <param name="maxTotalFee">Wei that the whole fee may become; null: the default.</param>
    /// <param name="insist">Asks about, or refuses, what is out of the ordinary.</param>
    /// <param name="cancellation">Before it is signed, nothing is sent; afterwards the report says what is known.</param>
    /// <exception cref="RefusedCallException">The contract would refuse it; nothing was signed.</exception>
    /// <exception cref="ClientException">Nothing was signed, or nothing left the program.</exception>
    public async Task<SendReport> SendAsync(AccountTransfers account, EthClient eth, ulong nonce, UInt256? maxTotalFee,
        Action<TransferDoubt?> insist, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(eth);
        ArgumentNullException.ThrowIfNull(insist);

        // The estimate says beforehand why the contract would refuse.
        var estimate = (await node.AskAsync("eth_estimateGas", [ToCall()], cancellation)).Number();
        var head = await eth.BlockAsync("latest", cancellation);
        var gas = SuggestedFigures.Gas(estimate, head?.GasLimit, eth.Url);
        var baseFee = SuggestedFigures.Price("base fee", head?.BaseFeePerGas ?? UInt256.Zero, eth.Url);
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = account.Chain.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = Tip,
            MaxFeePerGas = (baseFee * 2) + Tip,
            GasLimit = gas,
            To = contract,
            Value = value,
            Data = data,
        };
        insist(TransferDoubt.OfFee(FeeCap.For(maxTotalFee, value), unsigned.MaxFeePerGas, gas));
        return await account.SendAsync(unsigned.WithSignature(payer.Sign(unsigned.SigningHash())), TransferPurpose.Deposit, null,
            cancellation);
    }

    /// <summary>The receipt, once a block of the canonical chain has the transaction.</summary>
    /// <exception cref="TestnetException">The time is up, or the transaction comes into no block any more.</exception>
    /// <exception cref="UnexpectedAnswerException">The node's answers are not as specified.</exception>
    public async Task<DepositReceipt> WaitAsync(Hash256 hash, TimeSpan limit, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(limit);
        while (true)
        {
            var isLate = patience.IsCancellationRequested;
            var seen = await node.AskAsync("chain_getTransactionStatus", [hash.ToString()], cancellation);
            var status = seen.IsNull ? null : seen.Require("status").Text();
            if (status == "mined" && await ReceiptAsync(hash, cancellation) is { } receipt) return receipt;
            if (status is "dropped" or "replaced" or "conflicting") throw new TestnetException($"The deposit {hash} is "
                + $"{status}{(seen.Field("reason") is { } reason ? $": {reason.Words()}" : "")}. Nothing was staked.");
            if (isLate)
                throw new TestnetException($"The deposit {hash} is in no block after {limit.TotalSeconds:0.#} s. It waits in "
                    + $"the pool and may still come into one: look with `chain validator list` before you send another.");
            await Task.Delay(LookEvery, cancellation);
        }
    }

    /// <summary>
    /// Why a call that a block has with status 0 failed, in the contract's words; receipts do not say it, so it is run again.
    /// </summary>
    public async Task<string> WhyFailedAsync(DepositReceipt receipt, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var call = ToCall();
        var sent = await node.AskAsync("eth_getTransactionByHash", [receipt.Hash.ToString()], cancellation);
        if (!sent.IsNull) call["gas"] = Hex.Quantity(sent.Require("gas").Number());

        // On the state before its block; what an earlier transaction of the block is to blame for shows on the state after it.
        foreach (var at in (ulong[])[Math.Max(receipt.BlockNumber, 1) - 1, receipt.BlockNumber])
        {
            try
            {
                await node.AskAsync("eth_call", [call.DeepClone(), Hex.Quantity(at)], cancellation);
            }
            catch (RefusedCallException e) when (e.Code == Reverted)
            {
                return e.Reason.StartsWith(RevertedWords, StringComparison.Ordinal) ? e.Reason[RevertedWords.Length..] : e.Reason;
            }
            catch (RefusedCallException)
            {
                // The state is not here any more; the other may be.
            }
        }

        return "the node cannot tell any more";
    }

    private async Task<DepositReceipt?> ReceiptAsync(Hash256 hash, CancellationToken cancellation)
    {
        var answer = await node.AskAsync("eth_getTransactionReceipt", [hash.ToString()], cancellation);
        return answer.IsNull ? null : new DepositReceipt(
            hash,
            answer.Require("blockNumber").Number(),
            answer.Require("blockHash").Hash(),
            answer.Require("status").Quantity() == UInt256.One);
    }

    private JsonObject ToCall() => new()
    {
        ["from"] = payer.Address.ToString(),
        ["to"] = contract.ToString(),
        ["value"] = value.ToQuantity(),
        ["data"] = Hex.Encode(data),
    };
}
