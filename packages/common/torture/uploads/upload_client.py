"""A process that makes uploads with C-core: the same plan and the same lines as upload-client.ts."""

import asyncio
import json
import os
import random
import sys

import grpc

plan = json.loads(sys.argv[1])
LAST = b"last"


async def some_moment():
    choice = random.randrange(3)
    if choice == 1:
        await asyncio.sleep(0)
    if choice == 2:
        await asyncio.sleep(random.random() * 0.008)


async def send_some(call, count):
    for _ in range(count):
        await call.write(b"x" * random.randrange(2000))
        await some_moment()


def open_call(channel, timeout=None):
    path = "/test.FourKinds/" + plan["kind"].capitalize()
    make = channel.stream_unary if plan["kind"] == "client" else channel.stream_stream
    return make(path)(timeout=timeout)


async def code_of(call):
    """C-core has a status once every response is read."""
    if plan["kind"] == "bidi":
        try:
            async for _ in call:
                pass
        except grpc.RpcError:
            pass
    return await call.code()


async def finish(channel):
    call = open_call(channel)
    await send_some(call, random.randrange(4))
    await call.write(LAST)
    await call.done_writing()
    code = await code_of(call)
    if code != grpc.StatusCode.OK:
        raise RuntimeError(f"an upload that was whole ended with {code}")


async def cancel(channel):
    call = open_call(channel)
    await send_some(call, 1 + random.randrange(4))
    call.cancel()
    try:
        await code_of(call)
    except asyncio.CancelledError:
        pass


async def send_for_ever(channel, timeout=lambda: None):
    while True:
        call = open_call(channel, timeout())
        try:
            sent = 0
            while not call.done():
                await send_some(call, 1)
                sent += 1
                if sent > 5 and random.randrange(20) == 0:
                    await call.write(LAST)
                    await call.done_writing()
                    break
        except Exception:  # the call is over: C-core says so in several ways
            pass
        if await code_of(call) != grpc.StatusCode.OK:
            return


async def upload(channel):
    ending = plan["ending"]
    if ending == "normal":
        await finish(channel)
    elif ending == "cancel":
        await cancel(channel)
    elif ending == "deadline":
        await send_for_ever(channel, lambda: 0.001 + random.random() * 0.03)
    elif ending in ("cut", "kill"):
        await send_for_ever(channel)
    else:
        call = open_call(channel)
        leaving.append(call)
        await send_some(call, 1000)


leaving = []


def connect(target):
    if "root" in plan:
        return grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(plan["root"].encode()))
    return grpc.aio.insecure_channel(target)


def say(word):
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def read_line():
    return (await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)).strip()


async def main():
    while True:
        target = await read_line()
        if target == "":
            return
        channel = connect(target)
        batch = [asyncio.create_task(upload(channel)) for _ in range(plan["parallel"])]
        say("open")
        if plan["ending"] == "exit":
            await read_line()
            for call in leaving:
                call.cancel()
            os._exit(0)
        await asyncio.gather(*batch)
        await channel.close()
        say("done")


asyncio.run(main())
