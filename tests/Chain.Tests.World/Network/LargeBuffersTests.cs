using Chain.Network;

namespace Chain.Tests;

/// <summary>When the large buffers of messages are collected.</summary>
public sealed class LargeBuffersTests
{
    private const int Megabyte = 1024 * 1024;

    private int _collections;

    [Fact]
    public void They_are_collected_each_time_they_add_up()
    {
        var buffers = new LargeBuffers(() => _collections++);

        for (var made = 0L; made < 3 * LargeBuffers.BytesBetween; made += Megabyte) buffers.Made(Megabyte);

        Assert.Equal(3, _collections);
    }

    [Fact]
    public void Small_buffers_do_not_count()
    {
        var buffers = new LargeBuffers(() => _collections++);

        for (var made = 0L; made < 2 * LargeBuffers.BytesBetween; made += 64 * 1024) buffers.Made(64 * 1024);

        Assert.Equal(0, _collections);
    }

    [Fact]
    public void A_read_buffer_that_grows_counts()
    {
        var buffers = new LargeBuffers(() => _collections++);
        var total = new ReceiveTotal(2 * LargeBuffers.BytesBetween, buffers);
        using var share = total.Open(static () => Assert.Fail("There was room."));

        share.Resize((int)LargeBuffers.BytesBetween);

        Assert.Equal(1, _collections);
    }
}
