using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Stake;

/// <summary>chain_validators and its like: proof of stake from outside.</summary>
internal static class StakeMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.Add("chain_validators", 0, Validators);
        table.Add("chain_checkpoints", 0, Checkpoints);
        table.Add("chain_attestations", 1, Attestations);
        table.Add("chain_stakeStateRoots", 0, StateRoots);
        table.AddAsync("chain_submitVoluntaryExit", 1, SubmitVoluntaryExitAsync);
    }

    private static RpcError? Validators(RpcCall call)
    {
        if (!call.RequireStake().IsOk(out var stake, out var error)) return error;
        var json = call.Out;
        json.WriteStartObject();
        json.WriteNumber("slot"u8, stake.Slot.Number);
        json.WriteNumber("epoch"u8, stake.Epoch.Number);
        json.WriteStartArray("validators"u8);
        var silent = stake.Silent.ToDictionary(item => item.Index, item => item.Silence);
        foreach (var validator in stake.Validators)
        {
            var silence = silent.GetValueOrDefault(validator.Validator.Index);
            StakeJson.WriteValidator(json, validator, silence, stake.Epoch, stake.Settings.RandaoOnionLayers);
        }

        json.WriteEndArray();
        StakeJson.WriteDepositRules(json, stake.Settings);
        json.WriteEndObject();
        return null;
    }

    private static RpcError? Checkpoints(RpcCall call)
    {
        if (!call.RequireStake().IsOk(out var stake, out var error)) return error;
        call.Out.WriteStartObject();
        StakeJson.WriteProgress(call.Out, stake, call.Reader);
        call.Out.WriteEndObject();
        return null;
    }

    /// <summary>The stake state after the head, by parts, so that two nodes that disagree can see in which.</summary>
    private static RpcError? StateRoots(RpcCall call)
    {
        if (!call.RequireStake().IsOk(out var stake, out var error)) return error;
        var (json, roots) = (call.Out, stake.HeadRoots.Value);
        json.WriteStartObject();
        json.WriteHex("blockHash"u8, roots.Block);
        json.WriteHex("root"u8, roots.Root);
        json.WriteStartObject("parts"u8);
        foreach (var part in roots.Parts) json.WriteHex(System.Text.Encoding.UTF8.GetBytes(part.Name), part.Root);
        json.WriteEndObject();
        json.WriteEndObject();
        return null;
    }

    /// <summary>What a block says to the stake (its votes, evidence and exits), and the stake that votes for it by now.</summary>
    private static RpcError? Attestations(RpcCall call)
    {
        var parameter = call.Args.Block(0);
        if (call.Args.Error is { } wrong) return wrong;
        if (!call.RequireStake().IsOk(out var stake, out var error)) return error;
        if (!call.RequireHeader(parameter).IsOk(out var header, out error)) return error;
        if (call.Reader.GetBlock(header.Hash) is not { Sidecar.IsEmpty: false } block)
            return new RpcError(RpcError.Unavailable, $"the consensus body of block {header.Number} ({header.Hash}) is not here");
        var json = call.Out;
        json.WriteStartObject();
        json.WriteQuantity("number"u8, header.Number);
        json.WriteHex("hash"u8, header.Hash);
        WriteShareBehind(call, stake, header.Hash);
        StakeJson.WriteBody(json, ConsensusSidecar.Decode(block.Sidecar.Span), VotersOf(call, stake, header));
        json.WriteEndObject();
        return null;
    }

    /// <summary>Voters by the registry of the head's branch: other branches may have another.</summary>
    private static Func<Attestation, IReadOnlyList<int>?> VotersOf(RpcCall call, StakeView stake, SealedHeader header)
    {
        if (call.Reader.GetCanonicalHash(header.Number) != header.Hash) return static _ => null;
        var voters = new PastVoters(stake.Settings, [.. stake.Validators.Select(item => item.Validator)],
            number => call.Reader.GetCanonicalHash(number) is { } hash ? call.Reader.GetBlock(hash) : null);
        return attestation => voters.Of(attestation, header.Number);
    }

    /// <summary>The fields of chain_getConfidence that stake decides, into an open object.</summary>
    public static void WriteConfidence(RpcCall call, SealedHeader header)
    {
        if (call.View.Stake() is not { } stake)
        {
            call.Out.WriteString("level"u8, "not known yet: the node has not reached its first slot since it was started"u8);
            call.Out.WriteString("rule"u8, "pos"u8);
            return;
        }

        var (isSafe, isFinalized) = (header.Number <= call.View.Safe.Number, header.Number <= call.View.Finalized.Number);
        var isJustified = call.Reader.GetHeader(stake.Justified.Root) is { } justified && header.Number <= justified.Number;
        call.Out.WriteString("level"u8, stake.Level(isSafe, isJustified, isFinalized, stake.ShareBehind(header.Hash)));
        WriteShareBehind(call, stake, header.Hash);
        call.Out.WriteString("rule"u8, "pos"u8);
        call.Out.WriteBoolean("justified"u8, isJustified || isFinalized);
    }

    private static void WriteShareBehind(RpcCall call, StakeView stake, Hash256 block)
    {
        if (stake.ShareBehind(block) is not { } share)
        {
            call.Out.WriteNull("stakeShare"u8);
            call.Out.WriteNull("weightGwei"u8);
            return;
        }

        call.Out.WriteNumber("stakeShare"u8, share);
        call.Out.WriteNumber("weightGwei"u8, stake.Weights[block].Amount);
    }

    private static async ValueTask<RpcError?> SubmitVoluntaryExitAsync(RpcCall call)
    {
        var bytes = call.Args.Bytes(0);
        if (call.Args.Error is { } wrong) return wrong;
        if (!call.RequireStake().IsOk(out _, out var error)) return error;
        SignedVoluntaryExit exit;
        try
        {
            exit = Decode(bytes);
        }
        catch (RlpException e)
        {
            return RpcError.Argument(0,
                $"not the RLP of a signed voluntary exit [epoch, validator index, signature]: {e.Message}");
        }

        if (await call.Node.SubmitConsensusAsync(new StakeMessage.Exit(exit), call.Cancellation) is { } refusal)
            return RpcError.Refused($"voluntary exit of validator {exit.ValidatorIndex} refused: {refusal}");
        call.Out.WriteBooleanValue(true);
        return null;
    }

    private static SignedVoluntaryExit Decode(ReadOnlySpan<byte> bytes)
    {
        var rlp = new RlpReader(bytes);
        var exit = SignedVoluntaryExit.Read(ref rlp);
        rlp.ExpectEnd();
        return exit;
    }
}
