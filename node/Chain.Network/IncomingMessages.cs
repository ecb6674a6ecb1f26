using Chain.Node;

namespace Chain.Network;

/// <summary>
/// What one peer sends, on its way from bytes to an event: first what it claims to be, then the peer's pace and its room in
/// memory, and only then the bytes themselves. A peer that sends or asks for much waits here, alone. For one reader.
/// </summary>
internal sealed class IncomingMessages(PeerId peer, int ethVersion, PeerHubServices services)
{
    // More than the core ever has open to one peer.
    private const int QuestionsKept = 8192;

    // More than a peer's share would have to wait until nothing of any peer is on its way.
    private const long MostMemoryForSmallItems = 16 * 1024 * 1024;

    private readonly WireCodec _codec = services.Options.Codec;
    private readonly PeerHubOptions _options = services.Options;
    private readonly OpenQuestions _questions = new(QuestionsKept);
    private readonly RateLimit _bytes = new(services.Options.BytesPerSecond, services.Options.ByteBurst, services.Clock);
    private readonly RateLimit _work = new(services.Options.WorkPerSecond, services.Options.WorkBurst, services.Clock);

    /// <summary>A message goes out, which may be a question.</summary>
    public void NoteQuestion(WireMessage message) => _questions.Note(message);

    /// <summary>The event that a frame makes, with its room; null for an answer to nothing that was asked.</summary>
    public async ValueTask<PeerEvent?> ReadAsync(WireCode code, ReadOnlyMemory<byte> payload, CancellationToken stopping)
    {
        var limit = _codec.MaxBytes(code, ethVersion);
        if (limit == 0)
        {
            var unknown = new WireError.Unknown(_codec.Describe(code));
            return await RefuseAsync(unknown.Describe(), stopping).ConfigureAwait(false);
        }

        if (SnappyPayload.WhyRefused(payload.Span, limit) is { } why)
        {
            return await RefuseAsync($"{_codec.Describe(code)}: {why}", stopping).ConfigureAwait(false);
        }

        var claimed = SnappyPayload.ClaimedLength(payload.Span)!.Value;
        await PaceAsync(_bytes.Take(claimed), stopping).ConfigureAwait(false);
        var (lease, plain) = await UnpackAsync(payload, claimed, stopping).ConfigureAwait(false);
        var isGiven = false;
        try
        {
            var found = await DecodeAsync(code, plain, stopping).ConfigureAwait(false);
            isGiven = found is not null;
            return found is null ? null : found with { Lease = lease };
        }
        finally
        {
            if (!isGiven) lease?.Dispose();
        }
    }

    /// <summary>The event of bytes that are no message.</summary>
    public async ValueTask<PeerEvent> RefuseAsync(string why, CancellationToken stopping) =>
        new PeerEvent.Malformed(peer, why) { Lease = await TakeAsync(0, stopping).ConfigureAwait(false) };

    /// <summary>
    /// Unpacks once there is room for it. What turns out to need more gives its room back and waits for the whole of it, holding
    /// nothing meanwhile, so that those who wait never wait for each other.
    /// </summary>
    private async ValueTask<(InboundLease? Lease, byte[]? Plain)> UnpackAsync(
        ReadOnlyMemory<byte> payload, long claimed, CancellationToken stopping)
    {
        var room = MessageMemory.Of(claimed);
        var lease = await TakeAsync(room, stopping).ConfigureAwait(false);
        var plain = SnappyPayload.Decompress(payload.Span);
        services.Buffers.Made(room);
        if (lease is null || plain is null) return (lease, plain);
        var needed = Math.Min(MessageMemory.Of(plain), Math.Max(room, MostMemoryForSmallItems));
        if (needed <= room) return (lease, plain);
        lease.Dispose();
        lease = await TakeAsync(needed, stopping).ConfigureAwait(false);
        return (lease, SnappyPayload.Decompress(payload.Span));
    }

    private async ValueTask<PeerEvent?> DecodeAsync(WireCode code, byte[]? plain, CancellationToken stopping)
    {
        if (plain is null) return new PeerEvent.Malformed(peer, $"{_codec.Describe(code)}: it is not valid Snappy.");
        var isAnswer = OpenQuestions.IsAnswer(code);
        if (isAnswer && !_questions.TryClose(plain) && _options.DropsUnaskedAnswers) return null;
        if (!_codec.Decode(code, ethVersion, plain).IsOk(out var message, out var error))
        {
            return new PeerEvent.Malformed(peer, error.Describe());
        }

        if (!isAnswer)
        {
            var cost = MessageCost.Of(message, services.Recovery.CountUnknown(message), _codec.Rule);
            await PaceAsync(_work.Take(cost), stopping).ConfigureAwait(false);
        }

        return new PeerEvent.Received(peer, services.Recovery.Prepare(message), plain.Length);
    }

    private async ValueTask<InboundLease?> TakeAsync(long bytes, CancellationToken stopping) =>
        _options.Inbound is { } inbound ? await inbound.TakeAsync(peer, bytes, stopping).ConfigureAwait(false) : null;

    private async ValueTask PaceAsync(int waitMs, CancellationToken stopping)
    {
        if (waitMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(waitMs), services.Clock.Time, stopping).ConfigureAwait(false);
    }
}
